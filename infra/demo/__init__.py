"""The main job, played through HTTP alone: from an author's file to a paying reader."""
