"""pytest puts the folder of a conftest on the path, so tests in every folder below can import ``fakes``."""
