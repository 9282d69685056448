# A web shop on EKS: what it must carry, not what to buy.

variable "peak_rps" {
  type        = number
  default     = 1200
  description = "Checkout requests per second at the peak of the year"
}

cluster "shop" {
  provider           = "aws"
  region             = "us-east-1"
  zones              = ["us-east-1a", "us-east-1b", "us-east-1c"]
  kubernetes_version = "1.35"
  as_of              = "2026-11-20"

  daemonset "node-exporter" {
    cpu    = "50m"
    memory = "64Mi"
  }

  # Stateless services. The role's defaults make them survive any one node and
  # any one zone.
  node_group "web" {
    role = "app"

    # Way 3: throughput, a latency target and what one request takes.
    workload "checkout" {
      throughput  = var.peak_rps
      concurrency = 8
      latency { p99 = "250ms" }
      service_time {
        mean = "18ms"
        p99  = "70ms"
      }
      pod {
        cpu    = "500m"
        memory = "768Mi"
        limits {
          memory = "1Gi"
        }
      }
    }

    # Way 2: a load test said what one pod carries at its latency target.
    workload "catalog" {
      throughput         = 4000
      throughput_per_pod = 350
      pod {
        cpu    = "1"
        memory = "1Gi"
        limits {
          memory = "1Gi"
        }
      }
    }

    # Way 1: a count that somebody chose.
    workload "cart" {
      replicas = 6
      pod {
        cpu    = "250m"
        memory = "512Mi"
        limits {
          memory = "512Mi"
        }
      }
    }
  }

  # The proxies in front carry what the services behind them do. Two nodes may fail,
  # and who is left carries the load at once.
  node_group "ingress" {
    role = "ingress"

    workload "ingress-nginx" {
      fronts                   = ["catalog", "checkout"]
      throughput_per_pod       = 2500
      termination_grace_period = "120s"
      pod {
        cpu    = "1"
        memory = "1Gi"
        limits {
          memory = "1Gi"
        }
      }
    }
  }

  # Work on spot machines that ends: N+1, no spare zone. What runs on a machine that is
  # taken away runs again.
  node_group "batch" {
    role = "batch"

    # Way 4: runs, and how long all of them may take.
    workload "thumbnails" {
      job {
        runs          = 1200
        duration      = "70s"
        start_hour    = 1
        finish_within = "2h"
      }
      pod {
        cpu    = "1"
        memory = "2Gi"
        limits {
          memory = "2Gi"
        }
      }
    }
  }

  node_group "monitoring" {
    role = "monitoring"

    workload "prometheus" {
      kind         = "StatefulSet"
      replicas     = 2
      startup_time = "120s"
      pod {
        cpu    = "1"
        memory = "6Gi"
        limits {
          memory = "6Gi"
        }
      }
    }
    workload "grafana" {
      replicas = 2
      pod {
        cpu    = "250m"
        memory = "512Mi"
        limits {
          memory = "512Mi"
        }
      }
    }
  }

  growth {
    per_month      = "3%"
    horizon_months = 12
  }

  upgrade {
    to = "1.36"
  }

  emit "terraform" {
    directory = "terraform"
    variable  = "shop_node_groups"
  }
}
