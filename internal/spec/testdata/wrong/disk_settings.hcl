cluster "shop" {
  provider           = "aws"
  region             = "us-east-1"
  zones              = ["us-east-1a", "us-east-1b", "us-east-1c"]
  kubernetes_version = "1.35"

  node_group "web" {
    disk {
      type           = "gp3"
      size           = "20Gi"
      iops           = 16000
      throughput_mib = 750
    }
    workload "api" {
      replicas = 3
      pod {
        cpu    = "500m"
        memory = "768Mi"
      }
    }
  }

  node_group "batch" {
    role = "batch"
    disk {
      type = "st1"
      size = "500Gi"
    }
    workload "api" {
      replicas = 3
      pod {
        cpu    = "500m"
        memory = "768Mi"
      }
    }
  }

  node_group "monitoring" {
    role = "monitoring"
    disk {
      type = "gp2"
      iops = 3000
    }
    workload "api" {
      replicas = 3
      pod {
        cpu    = "500m"
        memory = "768Mi"
      }
    }
  }
}
