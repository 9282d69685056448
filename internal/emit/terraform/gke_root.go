package terraform

// gkeModule returns how terraform-google-modules/kubernetes-engine/google is called.
// Its inputs and outputs are those of v44.2, and so are the versions that it requires.
func gkeModule() *module {
	return &module{
		name: "gke", source: "terraform-google-modules/kubernetes-engine/google", major: 44, minor: 2,
		terraform: ">= 1.3", provider: "google", versions: ">= 7.17, < 8",
		final: gkeFinal(), move: moveGKE,
		call: gkeCall, outputs: gkeOutputs, site: gkeSite,
	}
}

const gkeCall = `
  project_id = var.@prefix@project_id
  name       = var.@prefix@cluster_name

  network           = var.@prefix@network
  subnetwork        = var.@prefix@subnetwork
  ip_range_pods     = var.@prefix@ip_range_pods
  ip_range_services = var.@prefix@ip_range_services

  kubernetes_version        = var.@prefix@kubernetes_version
  release_channel           = var.@prefix@release_channel
  regional                  = var.@prefix@regional
  region                    = var.@prefix@region
  zones                     = var.@prefix@zones
  datapath_provider         = var.@prefix@datapath_provider
  default_max_pods_per_node = var.@prefix@default_max_pods_per_node
  dns_cache                 = var.@prefix@dns_cache
  remove_default_node_pool  = var.@prefix@remove_default_node_pool
  deletion_protection       = var.@prefix@deletion_protection
  timeouts                  = var.@prefix@timeouts

  # A key that is there and null is not the same to the module as one that is not there.
  node_pools = [
    for pool in var.@groups@ : merge(pool, {
      for key, value in { service_account = var.@prefix@node_service_account } : key => value if value != null
    })
  ]
  node_pools_labels = var.@prefix@node_pools_labels
  node_pools_taints = var.@prefix@node_pools_taints
`

const gkeOutputs = `# Written by scantling: change the spec and write it again.

output "@prefix@cluster_name" {
  description = "Name of the GKE cluster, for gcloud container clusters get-credentials."
  value       = module.@module@.name
}

output "@prefix@cluster_location" {
  description = "Region of the cluster, or zone of a zonal one."
  value       = module.@module@.location
}

output "@prefix@cluster_endpoint" {
  description = "Address of the API server."
  value       = module.@module@.endpoint
  sensitive   = true
}

output "@prefix@cluster_ca_certificate" {
  description = "Certificate authority of the API server, in base64."
  value       = module.@module@.ca_certificate
  sensitive   = true
}

output "@prefix@node_service_account" {
  description = "Service account that nodes run as where their pool names none."
  value       = module.@module@.service_account
}
`

const gkeSite = `# What the plan does not know: give these in a file of your own, such as terraform.tfvars.

variable "@prefix@project_id" {
  description = "Project of the cluster."
  type        = string
  nullable    = false
}

variable "@prefix@cluster_name" {
  description = "Name of the GKE cluster."
  type        = string
  default     = @cluster@
  nullable    = false
}

variable "@prefix@network" {
  description = "VPC network of the cluster."
  type        = string
  nullable    = false
}

variable "@prefix@subnetwork" {
  description = "Subnetwork in the cluster's region."
  type        = string
  nullable    = false
}

variable "@prefix@ip_range_pods" {
  description = "Name of the secondary range for pods: with 110 pods a node, a /24 of it for each node."
  type        = string
  nullable    = false
}

variable "@prefix@ip_range_services" {
  description = "Name of the secondary range for services."
  type        = string
  nullable    = false
}

variable "@prefix@node_service_account" {
  description = "Service account that nodes run as; null lets the module make one."
  type        = string
  default     = null
}
`
