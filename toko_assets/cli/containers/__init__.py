"""What `make up` and `toko doctor` check before containers start, and the take-over of a running installation.

`make up` runs it with the machine's own Python (3.7 or newer), where nothing of `.venv` is installed. So it imports the
standard library only, and uses no newer syntax.
"""
