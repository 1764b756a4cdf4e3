"""What a file says of itself: its kind, and of a picture its size, when and where it was taken, and smaller copies of it.

Only the builder looks into pictures: what a hostile one costs is bounded there.
"""

import datetime as dt
import mimetypes
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from PIL import ExifTags, Image, ImageOps, UnidentifiedImageError

from colonnade.formats.cells import Point

SIZES = (300, 1_000)
"""Of smaller copies: pixels of their longer side."""

_MOST_PIXELS = 120_000_000
"""A picture with more of them is kept as it is, and not looked into: it takes half a gigabyte of memory."""

_FORMATS = ("BMP", "GIF", "JPEG", "PNG", "TIFF", "WEBP")
_FAULTS = (UnidentifiedImageError, OSError, ValueError, SyntaxError, TypeError, KeyError, ZeroDivisionError)
"""What Pillow raises for what is no picture, or a damaged one."""
_QUALITY = 82
_HEMISPHERES = {"N": 1, "E": 1, "S": -1, "W": -1}


@dataclass(frozen=True, slots=True)
class Picture:
    """`taken`: when, as the camera's clock had it. `point`: where. `metadata`: by the names of `METADATA`."""

    width: int
    height: int
    format: str
    mimetype: str
    point: Point | None = None
    metadata: Mapping[str, object] = field(default_factory=dict)


METADATA: Mapping[str, int] = {
    "camera_make": ExifTags.Base.Make,
    "camera_model": ExifTags.Base.Model,
    "orientation": ExifTags.Base.Orientation,
    "software": ExifTags.Base.Software,
    "artist": ExifTags.Base.Artist,
    "copyright": ExifTags.Base.Copyright,
    "description": ExifTags.Base.ImageDescription,
}
"""What is taken from a picture's own metadata beside `taken_at`, by the names of columns."""
TAKEN_AT = "taken_at"


def described(path: Path) -> Picture | None:
    """What a picture says of itself, from its first bytes; None for any other file."""
    try:
        with _opened(path) as image:
            exif = image.getexif()
            return Picture(
                image.width,
                image.height,
                str(image.format).lower(),
                Image.MIME[str(image.format)],
                _point(exif.get_ifd(ExifTags.IFD.GPSInfo)),
                dict(_metadata(exif)),
            )
    except _FAULTS:
        return None


def smaller(path: Path, target: Path) -> bool:
    """Write the smaller copies of a picture beside `target`, as `<target>.<size>`; those that would not be smaller are
    left out. Returns whether there is something to show; False for a picture that cannot be read."""
    try:
        for size in SIZES:
            with _opened(path) as image:
                if size != SIZES[0] and max(image.size) <= size:
                    continue
                image.draft("RGB", (size, size))
                small = ImageOps.exif_transpose(image)
                small.thumbnail((size, size))
                _save(small, target.with_name(f"{target.name}.{size}"))
    except (*_FAULTS, MemoryError):
        for size in SIZES:
            target.with_name(f"{target.name}.{size}").unlink(missing_ok=True)
        return False
    return True


def type_of(filename: str) -> tuple[str, str]:
    """The format and the media type of a file that is no picture, by its name."""
    suffix = PurePosixPath(filename.lower()).suffix.removeprefix(".")
    return suffix, mimetypes.guess_type(filename)[0] or "application/octet-stream"


def _opened(path: Path) -> Image.Image:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        image = Image.open(path, formats=_FORMATS)
    if image.width * image.height > _MOST_PIXELS:
        image.close()
        raise ValueError("too large")
    return image


def _save(image: Image.Image, path: Path) -> None:
    """As JPEG, or where something shines through as PNG: browsers tell them apart by their first bytes."""
    if image.has_transparency_data:
        image.convert("RGBA").save(path, "PNG", optimize=True)
    else:
        image.convert("RGB").save(path, "JPEG", quality=_QUALITY)


def _metadata(exif: Image.Exif) -> Iterator[tuple[str, object]]:
    details = exif.get_ifd(ExifTags.IFD.Exif)
    taken = _moment(details.get(ExifTags.Base.DateTimeOriginal) or exif.get(ExifTags.Base.DateTime))
    if taken is not None:
        yield TAKEN_AT, taken
    for name, tag in METADATA.items():
        value = exif.get(tag)
        if isinstance(value, str) and (text := value.replace("\0", "").strip()):
            yield name, text
        elif isinstance(value, int):
            yield name, value


def _moment(value: object) -> dt.datetime | None:
    try:
        return dt.datetime.strptime(str(value), "%Y:%m:%d %H:%M:%S")  # noqa: DTZ007 - a camera's clock has no zone
    except ValueError:
        return None


def _point(gps: Mapping[int, object]) -> Point | None:
    lat = _degrees(gps.get(ExifTags.GPS.GPSLatitude), gps.get(ExifTags.GPS.GPSLatitudeRef))
    lon = _degrees(gps.get(ExifTags.GPS.GPSLongitude), gps.get(ExifTags.GPS.GPSLongitudeRef))
    if lat is None or lon is None or not (abs(lat) <= 90 and abs(lon) <= 180):
        return None
    return Point(lat, lon)


def _degrees(parts: object, hemisphere: object) -> float | None:
    """Degrees, minutes and seconds as one number."""
    sign = _HEMISPHERES.get(str(hemisphere).strip("\0 ").upper())
    if sign is None or not isinstance(parts, tuple) or len(parts) != 3:
        return None
    try:
        degrees, minutes, seconds = (float(one) for one in parts)
    except (TypeError, ValueError, ZeroDivisionError):
        return None
    return round(sign * (degrees + minutes / 60 + seconds / 3600), 7)
