cluster "shop" {
  provider           = "aws"
  region             = "us-east-1"
  zones              = ["us-east-1a", "us-east-1b", "us-east-1c"]
  kubernetes_version = "1.35"
  as_of              = "2026-11-20"

  pricing {
    price_book "acme" {
      date     = "2026-01-01"
      discount = "5%"

      family "m7q" {
        discount = "12%"
      }
      type "m7g.lagre" {
        on_demand_usd_per_hour = 0.07
      }
      disk "gp4" {
        usd_per_gib_month = 0.06
      }
      fee "standart" {
        usd_per_hour = 0.09
      }
      region "us-east-9" {
        discount = "7%"
      }
      region "us-east-1" {
        type "m7i.larger" {
          spot_usd_per_hour = 0.02
        }
      }
    }
  }

  node_group "web" {
    workload "api" {
      replicas = 3
      pod {
        cpu    = "500m"
        memory = "768Mi"
      }
    }
  }
}
