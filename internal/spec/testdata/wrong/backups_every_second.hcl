# Snapshots are taken and kept by the minute.
cluster "shop" {
  provider           = "aws"
  region             = "us-east-1"
  zones              = ["us-east-1a", "us-east-1b", "us-east-1c"]
  kubernetes_version = "1.35"
  control_plane {
    mode = "self_managed"
    etcd {
      backup_interval  = "500ms"
      backup_retention = "90500ms"
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
