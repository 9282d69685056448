# What Acme agreed on with its provider. Several specs share this file.

price_book "acme" {
  provider               = "aws"
  date                   = "2026-09-01"
  expires                = "2027-09-01"
  discount               = "4%" # off list prices of machines on demand, disks and fees
  per_node_usd_per_month = 15   # monitoring, by the host

  family "m7g" {
    discount = "12%"
  }
  disk "gp3" {
    usd_per_gib_month = 0.07
  }

  region "us-east-1" {
    type "r7g.2xlarge" {
      on_demand_usd_per_hour = 0.2835
    }
  }
}
