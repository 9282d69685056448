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

  network {
    cni              = "vpc_prefix"
    free_ips_by_zone = { "us-east-1a" = 3800, "us-east-1b" = 3800, "us-east-1c" = 900 }
  }

  pricing {
    discount = "4%" # EDP
    commitment "compute-sp" {
      type         = "compute_savings_plan"
      usd_per_hour = 1.20
      expires      = "2027-06-30"
    }
  }

  daemonset "datadog" {
    cpu    = "200m"
    memory = "512Mi"
  }

  node_group_defaults {
    image = "bottlerocket"
    instances {
      architectures = ["arm64"]
      families      = ["c7g", "m7g", "r7g"]
    }
  }

  node_group "web" {
    role = "app"
    autoscaling {
      max_nodes = 24
    }

    workload "checkout" {
      throughput      = var.peak_rps
      cpu_per_request = "6ms"
      latency { p99 = "250ms" }
      service_time {
        mean                    = "18ms"
        p99                     = "70ms"
        measured_at_utilization = "40%"
      }
      pod {
        cpu    = "500m"
        memory = "768Mi"
      }
    }
    workload "catalog" {
      throughput         = 4000
      throughput_per_pod = 350
      pod {
        cpu    = "1"
        memory = "1Gi"
      }
    }
    workload "cart" {
      manifest = "../k8s/cart.yaml" # requests, replicas, PDB, spread, grace read from the Deployment
    }
  }

  node_group "ingress" {
    role = "ingress"
    workload "ingress-nginx" {
      throughput               = 6000
      throughput_per_pod       = 2500
      termination_grace_period = "120s"
      pod {
        cpu    = "1"
        memory = "1Gi"
      }
    }
  }

  node_group "batch" {
    role = "batch" # spot, several types, taint, N+1 nodes but no spare zone: all from the role
    workload "thumbnails" {
      job {
        runs          = 3000
        duration      = "90s"
        start_hour    = 1
        finish_within = "2h"
      }
      pod {
        cpu    = "1"
        memory = "2Gi"
      }
    }
  }

  node_group "kafka" {
    role = "stateful" # one group per zone, one type, taint, update by one: all from the role
    workload "kafka" {
      kind                     = "StatefulSet"
      replicas                 = 6
      min_ready                = 4
      termination_grace_period = "300s"
      startup_time             = "120s"
      pod {
        cpu    = "2"
        memory = "12Gi"
      }
      volume "data" {
        size = "1Ti"
        type = "gp3"
      }
    }
  }

  upgrade {
    to = "1.36"
  }

  emit "terraform" {
    directory = "../infra/shop"
    variable  = "shop_node_groups"
  }
}
