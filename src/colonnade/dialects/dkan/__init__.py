"""DKAN 7: the APIs of a Drupal site, whose words for things (`node`, `und`, `target_id`) stay in this door."""
