# Online Boutique, the microservices demo of Google Cloud, with the requests and
# limits of its release manifests (v0.10.6, kubernetes-manifests.yaml) and its
# twelve services. Stateless ones run twice; the load generator and the cart's
# Redis are single, as the demo ships them.

locals {
  small = {
    cpu          = "100m"
    memory       = "64Mi"
    limit_cpu    = "200m"
    limit_memory = "128Mi"
  }
}

cluster "boutique" {
  provider           = "aws"
  region             = "us-east-1"
  zones              = ["us-east-1a", "us-east-1b", "us-east-1c"]
  kubernetes_version = "1.35"
  as_of              = "2026-11-20"

  node_group "boutique" {
    role = "app"

    workload "adservice" {
      replicas = 2
      pod {
        cpu    = "200m"
        memory = "180Mi"
        limits {
          cpu    = "300m"
          memory = "300Mi"
        }
      }
    }

    workload "cartservice" {
      replicas = 2
      pod {
        cpu    = "200m"
        memory = "64Mi"
        limits {
          cpu    = "300m"
          memory = "128Mi"
        }
      }
    }

    workload "checkoutservice" {
      replicas = 2
      pod {
        cpu    = local.small.cpu
        memory = local.small.memory
        limits {
          cpu    = local.small.limit_cpu
          memory = local.small.limit_memory
        }
      }
    }

    workload "currencyservice" {
      replicas = 2
      pod {
        cpu    = local.small.cpu
        memory = local.small.memory
        limits {
          cpu    = local.small.limit_cpu
          memory = local.small.limit_memory
        }
      }
    }

    workload "emailservice" {
      replicas = 2
      pod {
        cpu    = local.small.cpu
        memory = local.small.memory
        limits {
          cpu    = local.small.limit_cpu
          memory = local.small.limit_memory
        }
      }
    }

    workload "frontend" {
      replicas = 2
      pod {
        cpu    = local.small.cpu
        memory = local.small.memory
        limits {
          cpu    = local.small.limit_cpu
          memory = local.small.limit_memory
        }
      }
    }

    workload "loadgenerator" {
      replicas = 1
      pod {
        cpu    = "300m"
        memory = "256Mi"
        limits {
          cpu    = "500m"
          memory = "512Mi"
        }
      }
    }

    workload "paymentservice" {
      replicas = 2
      pod {
        cpu    = local.small.cpu
        memory = local.small.memory
        limits {
          cpu    = local.small.limit_cpu
          memory = local.small.limit_memory
        }
      }
    }

    workload "productcatalogservice" {
      replicas = 2
      pod {
        cpu    = local.small.cpu
        memory = local.small.memory
        limits {
          cpu    = local.small.limit_cpu
          memory = local.small.limit_memory
        }
      }
    }

    workload "recommendationservice" {
      replicas = 2
      pod {
        cpu    = "100m"
        memory = "220Mi"
        limits {
          cpu    = "200m"
          memory = "450Mi"
        }
      }
    }

    workload "redis-cart" {
      replicas = 1
      pod {
        cpu    = "70m"
        memory = "200Mi"
        limits {
          cpu    = "125m"
          memory = "256Mi"
        }
      }
    }

    workload "shippingservice" {
      replicas = 2
      pod {
        cpu    = local.small.cpu
        memory = local.small.memory
        limits {
          cpu    = local.small.limit_cpu
          memory = local.small.limit_memory
        }
      }
    }
  }

  upgrade {
    to = "1.36"
  }
}
