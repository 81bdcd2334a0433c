"""Documents on paper: an act as a bilingual PDF with its pictures and a QR code."""
