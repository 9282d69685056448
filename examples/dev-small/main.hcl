# A team's development cluster: one zone of nodes, burstable machines, no spare.

cluster "dev" {
  provider           = "aws"
  region             = "us-east-1"
  zones              = ["us-east-1a"]
  kubernetes_version = "1.35"
  environment        = "development"
  as_of              = "2026-11-20"
  max_usd_per_month  = 400

  node_group "apps" {
    role = "app"

    workload "api" {
      replicas = 2
      pod {
        cpu    = "200m"
        memory = "512Mi"
      }
    }
    workload "frontend" {
      replicas = 1
      pod {
        cpu    = "100m"
        memory = "256Mi"
      }
    }
    workload "worker" {
      replicas = 3
      pod {
        cpu    = "250m"
        memory = "768Mi"
      }
    }
  }

  upgrade {
    to = "1.36"
  }
}
