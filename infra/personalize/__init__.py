"""What a stage has at Amazon Personalize: set up from the lake, taken down whole, and readers forgotten there."""
