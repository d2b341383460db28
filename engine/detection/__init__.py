"""What detectors are made of: boxes, anchors, suppression, pooling of regions, proposals, losses.

Boxes are rows (x1, y1, x2, y2) in pixels, x to the right and y down, with x1 ≤ x2 and y1 ≤ y2.
"""
