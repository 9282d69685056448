price_book "acme" {
  date = "2026-05-01"
  type "m7g.large" {
    on_demand_usd_per_hours = 0.07
    spot_usd_per_hour       = var.spot
  }
}
