cluster "shop" {
  provider           = "on_premises"
  region             = "dc1"
  zones              = ["rack-1", "rack-2", "rack-3"]
  kubernetes_version = "1.35"

  machine "r640" {
    cpu    = 32
    memory = "256Gi"
    disk {
      size = "960Gi"
    }
  }

  pricing {
    discount               = "4%"
    price_book             = "books/acme.hcl"
    per_node_usd_per_month = 12
  }

  node_group "web" {
    workload "api" {
      replicas = 3
      pod {
        cpu    = "500m"
        memory = "1Gi"
      }
    }
  }
}
