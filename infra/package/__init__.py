"""What is uploaded: the wheels, the layer, the application's zip, and how large they are."""
