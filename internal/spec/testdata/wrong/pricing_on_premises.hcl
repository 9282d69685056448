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
    commitment "c" {
      type         = "reserved"
      usd_per_hour = 1
    }
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
