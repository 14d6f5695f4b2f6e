# Home Assistant 2026.9 and later put probatio in the place of voluptuous when they start; its types follow suit.
from probatio import *
