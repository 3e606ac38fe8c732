"""Flows to pictures: a graph of boxes and arrows, and its forms as Mermaid, DOT and SVG."""
