# Draws bench/growth.csv: gnuplot -e "table='growth.csv'; picture='growth.svg'" growth.gp
# Columns: curve 1, scan 2, keep 3, neurons 4, samples 5, classes 6, threads 7, states 8, wall 9, cpu 10, before 11, peak 12.
set datafile separator ','
set terminal svg size 1000,640 font 'DejaVu Sans,12' background '#ffffff'
set output picture
set multiplot layout 2,3 margins 0.065,0.985,0.09,0.96 spacing 0.075,0.14
set border 3
set tics nomirror
set key top left Left reverse samplen 1.6 spacing 1.1 width -1
set logscale y
relay = '#2f6db3'; knockout = '#c1121f'; guide = '#8a8a8a'

# The rows of one line, in the order of the table.
rows(curve, scan, keep) = sprintf("< awk -F, '$1 == \"%s\" && $2 == \"%s\" && $3 == \"%s\"' '%s'", \
                                  curve, scan, keep, table)

set xlabel 'neurons K'
set xtics 8,4,24
set xrange [7:25]
set ylabel 'CPU time (s)' offset 1
set format y '10^{%T}'
set ytics 0.001,100
set yrange [0.001:1000000]
plot rows('neurons_60000', 'relay', 'summaries') using 4:10 with linespoints lw 1.5 dt (6,3) pt 6 ps 0.6 lc rgb relay \
       title 'relay, N = 60,000', \
     rows('neurons', 'relay', 'summaries') using 4:10 with linespoints lw 1.5 pt 7 ps 0.5 lc rgb relay \
       title 'relay, N = 10,000', \
     rows('neurons_60000', 'knockout', 'summaries') using 4:10 with linespoints lw 1.5 dt (6,3) pt 4 ps 0.6 \
       lc rgb knockout title 'knockout, N = 60,000', \
     rows('neurons', 'knockout', 'summaries') using 4:10 with linespoints lw 1.5 pt 5 ps 0.5 lc rgb knockout \
       title 'knockout, N = 10,000', \
     [12:24] 0.0004 * 2**(x - 12) with lines lw 1 dt (2,3) lc rgb guide title 'as 2^K'

set ylabel 'peak memory (MB)' offset 1
set format y '%g'
set ytics autofreq
set yrange [8:3000]
plot rows('neurons', 'relay', 'table') using 4:12 with linespoints lw 1.5 dt (6,3) pt 6 ps 0.6 lc rgb relay \
       title 'relay, with table', \
     rows('neurons', 'knockout', 'table') using 4:12 with linespoints lw 1.5 dt (6,3) pt 4 ps 0.6 lc rgb knockout \
       title 'knockout, with table', \
     rows('neurons', 'knockout', 'summaries') using 4:12 with linespoints lw 1.5 pt 5 ps 0.5 lc rgb knockout \
       title 'knockout, summaries', \
     rows('neurons', 'relay', 'summaries') using 4:12 with linespoints lw 1.5 pt 7 ps 0.5 lc rgb relay \
       title 'relay, summaries'

set xlabel 'threads (K = 20, two cores)'
set xtics (1, 2, 4)
set logscale x 2
set xrange [0.9:4.4]
set yrange [0.3:8]
set ytics (0.3, 0.5, 1, 2, 4, 8)
set ylabel 'time (s)' offset 1
plot rows('threads', 'relay', 'summaries') using 7:9 with linespoints lw 1.5 pt 7 ps 0.5 lc rgb relay title 'relay, wall', \
     rows('threads', 'knockout', 'summaries') using 7:9 with linespoints lw 1.5 pt 5 ps 0.5 lc rgb knockout \
       title 'knockout, wall', \
     rows('threads', 'relay', 'summaries') using 7:10 with linespoints lw 1.5 dt (6,3) pt 6 ps 0.6 lc rgb relay \
       title 'relay, CPU', \
     rows('threads', 'knockout', 'summaries') using 7:10 with linespoints lw 1.5 dt (6,3) pt 4 ps 0.6 lc rgb knockout \
       title 'knockout, CPU'
unset logscale x
set logscale x

set xlabel 'samples N (K = 16)'
set xtics autofreq
set ytics autofreq
set format x '10^{%T}'
set xrange [700:1.5e6]
set yrange [0.01:100]
set ylabel 'CPU time (s)' offset 1
plot rows('samples', 'relay', 'summaries') using 5:10 with linespoints lw 1.5 pt 7 ps 0.5 lc rgb relay title 'relay', \
     rows('samples', 'knockout', 'summaries') using 5:10 with linespoints lw 1.5 pt 5 ps 0.5 lc rgb knockout \
       title 'knockout', \
     [3e3:1e6] 0.1 * x / 1e4 with lines lw 1 dt (2,3) lc rgb guide title 'as N'

set yrange [8:3000]
set ylabel 'peak memory (MB)' offset 1
plot rows('samples', 'relay', 'summaries') using 5:12 with linespoints lw 1.5 pt 7 ps 0.5 lc rgb relay title 'relay', \
     rows('samples', 'knockout', 'summaries') using 5:12 with linespoints lw 1.5 pt 5 ps 0.5 lc rgb knockout \
       title 'knockout', \
     rows('samples', 'relay', 'summaries') using 5:11 with lines lw 1 dt (2,3) lc rgb guide title 'before the scan'

set xlabel 'classes C (K = 16)'
set format x '%g'
set xtics (2, 5, 10, 20, 40)
set xrange [1.7:47]
set yrange [0.01:3]
set ylabel 'CPU time (s)' offset 1
plot rows('classes', 'relay', 'summaries') using 6:10 with linespoints lw 1.5 pt 7 ps 0.5 lc rgb relay title 'relay', \
     rows('classes', 'knockout', 'summaries') using 6:10 with linespoints lw 1.5 pt 5 ps 0.5 lc rgb knockout \
       title 'knockout', \
     [2:40] 0.015 * x with lines lw 1 dt (2,3) lc rgb guide title 'as C'
unset multiplot
