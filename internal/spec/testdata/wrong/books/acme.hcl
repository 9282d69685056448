price_book "acme" {
  date     = "2026-05-01"
  discount = "5%"
}
