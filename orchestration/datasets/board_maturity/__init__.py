"""Board maturity: how boards govern quality improvement, item by item, as somebody rated them."""
