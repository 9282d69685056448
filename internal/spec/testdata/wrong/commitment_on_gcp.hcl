cluster "shop" {
  provider           = "gcp"
  region             = "europe-west4"
  zones              = ["europe-west4-b", "europe-west4-c"]
  kubernetes_version = "1.35"

  pricing {
    commitment "half" {
      type       = "cud_resource"
      vcpus      = 8
      family     = "n2"
      term_years = 1
    }
    commitment "termless" {
      type     = "cud_resource"
      vcpus    = 8
      memory   = "32Gi"
      family   = "n2"
      discount = "20%"
    }
    commitment "dollars" {
      type         = "cud_resource"
      usd_per_hour = 1
      family       = "n2"
      term_years   = 3
    }
    commitment "flex" {
      type         = "cud_flex"
      usd_per_hour = 1
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
