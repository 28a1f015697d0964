"""`python -m webapp` is the console command `webapp`."""

import sys

from webapp.serve import main

sys.exit(main())
