# layers.awk -- a file may include only its own layer and those below it.
BEGIN {
	may["core"] = "core"
	may["conf"] = "core conf"
	may["grid"] = "core grid"
	may["io"] = "core grid io"
	may["phys"] = "core grid phys"
	may["nn"] = "core nn"
	may["data"] = "core grid io phys data"
	may["learn"] = "core grid io nn data learn"
	may["app"] = "core conf grid io phys nn data learn app"
}
FNR == 1 {
	n = split(FILENAME, p, "/")
	here = p[n - 1]
}
/^#include ["<]/ {
	split($2, q, /["<>\/]/) # "talik/<layer>/x.h"; a private header has no talik/
	if ((here == "phys" || here == "nn" || here == "conf" || here == "grid") && \
	    ($2 ~ /mpi.h|pnetcdf.h/ || $2 ~ /core\/par.h/) && here != "grid") {
		print FILENAME ":" FNR ": " here " must know nothing of MPI or files"
		bad = 1
	}
	if (!(here in may)) {
		print FILENAME ": unknown layer " here
		bad = 1
	} else if (q[2] == "talik" && \
	    index(" " may[here] " ", " " q[3] " ") == 0) {
		print FILENAME ":" FNR ": " here " must not include " q[3]
		bad = 1
	}
}
END { exit bad }
