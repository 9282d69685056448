# Labels that a kubelet does not give itself, and those of EKS.
cluster "shop" {
  provider           = "aws"
  region             = "us-east-1"
  zones              = ["us-east-1a", "us-east-1b", "us-east-1c"]
  kubernetes_version = "1.35"
  node_group "web" {
    labels = {
      "node-role.kubernetes.io/web"   = ""
      "kubernetes.io/team"            = "shop"
      "x.k8s.io/team"                 = "shop"
      "eks.amazonaws.com/nodegroup"   = "web"
      "node.kubernetes.io/team"       = "shop"
      "topology.kubernetes.io/region" = "us-east-1"
      "example.com/team"              = "shop"
    }
    workload "api" {
      replicas = 3
      pod {
        cpu    = "500m"
        memory = "1Gi"
      }
    }
  }
}
