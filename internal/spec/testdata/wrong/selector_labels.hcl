cluster "shop" {
  provider           = "aws"
  region             = "us-east-1"
  zones              = ["us-east-1a", "us-east-1b", "us-east-1c"]
  kubernetes_version = "1.35"

  node_group "web" {
    workload "api" {
      replicas = 3
      node_selector = {
        "kubernetes.io/hostname"        = "ip-10-0-0-1"
        "topology.kubernetes.io/region" = "us-east-1"
        "topology.kubernetes.io/zone"   = "us-east-1d"
        "team/"                         = "shop"
        "team"                          = "the shop"
      }
      pod {
        cpu    = "500m"
        memory = "768Mi"
      }
    }
  }
}
