# Twelve customers on one platform: what a cluster for each would cost, a virtual cluster for
# each, or namespaces of one cluster, which is what is planned.

cluster "tenants" {
  provider           = "aws"
  region             = "us-east-1"
  zones              = ["us-east-1a", "us-east-1b", "us-east-1c"]
  kubernetes_version = "1.35"
  as_of              = "2026-11-20"

  tenancy {
    tenants = 12
    virtual_control_plane { # measured on one of them
      cpu         = "400m"
      memory      = "1Gi"
      volume_size = "5Gi"
      node_group  = "platform"
    }
  }

  node_group "platform" {
    role = "system"
    redundancy {
      recovery = "reschedule"
    }
    workload "ingress-nginx" {
      throughput         = 3000
      throughput_per_pod = 1500
      pod {
        cpu    = "1"
        memory = "1Gi"
        limits {
          memory = "1Gi"
        }
      }
    }
  }

  node_group "web" {
    role = "app"

    workload "api" {
      throughput         = 2400
      throughput_per_pod = 60
      pod {
        cpu    = "500m"
        memory = "1Gi"
        limits {
          memory = "1Gi"
        }
      }
    }
  }
}
