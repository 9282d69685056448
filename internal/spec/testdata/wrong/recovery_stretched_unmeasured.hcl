cluster "sites" {
  provider           = "on_premises"
  region             = "country"
  zones              = ["north", "south", "west"]
  kubernetes_version = "1.35"

  disaster_recovery {
    pattern = "stretched"
  }

  machine "box" {
    cpu    = 8
    memory = "32Gi"
    disk {
      size = "480Gi"
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
