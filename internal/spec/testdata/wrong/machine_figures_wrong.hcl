cluster "shop" {
  provider           = "on_premises"
  region             = "dc1"
  zones              = ["room-a", "room-b", "room-c"]
  kubernetes_version = "1.35"

  machine "R_640" {
    cpu           = 0
    memory        = "256 GB"
    architecture  = "x86_64"
    usd_per_month = -1
    disk {
      type = "sas"
      iops = 0
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
