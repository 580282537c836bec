"""What commands print: answers, reports, refusals, errors in the command's own words."""
