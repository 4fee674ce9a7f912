# layers.awk -- a file may include only its own layer and those listed for it,
# and layers without MPI and files must not know their headers.
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
	split("conf grid phys nn", list, " ")
	for (i in list)
		pure[list[i]]
}
FNR == 1 {
	n = split(FILENAME, p, "/") # src/<layer>/x.c, include/talik/<layer>/x.h
	here = p[n - 1]
	if (!(here in may)) {
		print FILENAME ": unknown layer " here
		bad = 1
	}
}
/^[ \t]*#[ \t]*include[ \t]*["<]/ && here in may {
	split($0, q, /["<>]/)
	header = q[2] # "talik/<layer>/x.h"; a private header has no talik/
	if (here in pure && header ~ /^(mpi|pnetcdf|talik\/core\/par)\.h$/) {
		print FILENAME ":" FNR ": " here " must not include " header
		bad = 1
	}
	if (split(header, part, "/") == 3 && part[1] == "talik" && \
	    index(" " may[here] " ", " " part[2] " ") == 0) {
		print FILENAME ":" FNR ": " here " must not include " part[2]
		bad = 1
	}
	if (header ~ /\.\.\//) {
		print FILENAME ":" FNR ": private headers stay in their layer"
		bad = 1
	}
}
END { exit bad }
