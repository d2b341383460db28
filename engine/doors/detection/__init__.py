"""Questions about finding objects: boxes, anchors, suppression, pooled regions, losses, whole detectors."""
