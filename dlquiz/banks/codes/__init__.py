"""What every complaint code means, with a wrong example and its mended form: the Markdown files are the pages."""
