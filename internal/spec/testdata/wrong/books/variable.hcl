price_book "acme" {
  date     = "2026-01-01"
  discount = var.discount
}
