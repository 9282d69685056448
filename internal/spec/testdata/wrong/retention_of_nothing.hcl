cluster "shop" {
  provider           = "aws"
  region             = "us-east-1"
  zones              = ["us-east-1a", "us-east-1b", "us-east-1c"]
  kubernetes_version = "1.35"

  retention {
    metrics "promtheus" {
      series = 500000
    }
    metrics "thanos" {
      scrape_interval = "30s"
      volume          = "store"
    }
    logs {
      bytes_per_minute = "5M"
      rotation         = "7d"
      generations      = 0
    }
  }

  node_group "monitoring" {
    role = "monitoring"
    workload "prometheus" {
      kind     = "StatefulSet"
      replicas = 2
      pod {
        cpu    = "500m"
        memory = "4Gi"
      }
      volume "data" {
        type = "gp3"
      }
    }
    workload "thanos" {
      kind     = "StatefulSet"
      replicas = 2
      pod {
        cpu    = "500m"
        memory = "4Gi"
      }
      volume "blocks" {
        size = "100Gi"
      }
    }
  }
}
