"""The edge of a stage: CloudFront in front of API and content, its firewall, and the keys between them and the app."""
