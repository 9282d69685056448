# Written by scantling: change the spec and write it again. What you add to the call
# belongs into a file of yours whose name ends in _override.tf.

module "gke" {
  source  = "terraform-google-modules/kubernetes-engine/google"
  version = "~> 44.2"

  project_id = var.project_id
  name       = var.cluster_name

  network           = var.network
  subnetwork        = var.subnetwork
  ip_range_pods     = var.ip_range_pods
  ip_range_services = var.ip_range_services

  kubernetes_version        = var.kubernetes_version
  release_channel           = var.release_channel
  regional                  = var.regional
  region                    = var.region
  zones                     = var.zones
  datapath_provider         = var.datapath_provider
  default_max_pods_per_node = var.default_max_pods_per_node
  dns_cache                 = var.dns_cache
  remove_default_node_pool  = var.remove_default_node_pool
  deletion_protection       = var.deletion_protection
  timeouts                  = var.timeouts

  # A key that is there and null is not the same to the module as one that is not there.
  node_pools = [
    for pool in var.node_groups : merge(pool, {
      for key, value in { service_account = var.node_service_account } : key => value if value != null
    })
  ]
  node_pools_labels = var.node_pools_labels
  node_pools_taints = var.node_pools_taints
}
