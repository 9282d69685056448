cluster "rooms" {
  provider           = "on_premises"
  region             = "tokyo"
  zones              = ["a", "b", "c"]
  kubernetes_version = "1.35"

  tenancy {
    tenants = 12
  }

  machine "rack" {
    cpu    = 16
    memory = "64Gi"
    disk {
      size = "500Gi"
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
