"""Windows over long series, and scaling of sequences."""
