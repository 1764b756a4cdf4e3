"""Pictures, made anew for each test."""

import io

from PIL import ExifTags, Image


def picture(
    colour: str = "red", size: tuple[int, int] = (800, 600), *, format_: str = "JPEG", with_exif: bool = True
) -> bytes:
    """A picture; with EXIF: taken by a Canon on 6 May 2024, a little west of Greenwich at 48.858 degrees north."""
    image = Image.new("RGBA" if format_ == "PNG" else "RGB", size, colour)
    exif = Image.Exif()
    if with_exif:
        exif[ExifTags.Base.Make] = "Canon"
        exif[ExifTags.Base.DateTime] = "2024:05:06 07:08:09"
        gps = exif.get_ifd(ExifTags.IFD.GPSInfo)
        gps[ExifTags.GPS.GPSLatitudeRef], gps[ExifTags.GPS.GPSLatitude] = "N", (48.0, 51.0, 30.0)
        gps[ExifTags.GPS.GPSLongitudeRef], gps[ExifTags.GPS.GPSLongitude] = "W", (2.0, 20.0, 15.0)
    held = io.BytesIO()
    image.save(held, format_, exif=exif)
    return held.getvalue()
