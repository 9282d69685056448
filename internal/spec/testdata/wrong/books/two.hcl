currency = "USD"

price_book "acme" {
  date     = "2026-05-01"
  discount = "5%"
}

price_book "acme-2" {
  date     = "2026-06-01"
  discount = "6%"
}

price_bok "acme-3" {}
