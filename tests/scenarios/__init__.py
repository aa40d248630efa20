"""Stories on simulated phones with a movable clock."""
