"""Files beside a dataset's rows: attachments that explain them, alternative exports made by hand."""
