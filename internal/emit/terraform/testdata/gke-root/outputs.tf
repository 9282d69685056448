# Written by scantling: change the spec and write it again.

output "cluster_name" {
  description = "Name of the GKE cluster, for gcloud container clusters get-credentials."
  value       = module.gke.name
}

output "cluster_location" {
  description = "Region of the cluster, or zone of a zonal one."
  value       = module.gke.location
}

output "cluster_endpoint" {
  description = "Address of the API server."
  value       = module.gke.endpoint
  sensitive   = true
}

output "cluster_ca_certificate" {
  description = "Certificate authority of the API server, in base64."
  value       = module.gke.ca_certificate
  sensitive   = true
}

output "node_service_account" {
  description = "Service account that nodes run as where their pool names none."
  value       = module.gke.service_account
}
