// Signals that ask the program to stop, and its standard streams.
#pragma once

namespace inforelay {

/// Opens a placeholder for each of stdin, stdout and stderr that is closed; using it fails. Otherwise the next file
/// opened would get its descriptor, and output would be written there.
void reserve_standard_streams();

/// From now on SIGINT and SIGTERM request a stop, and a second signal ends the process at once with the exit code of an
/// interruption. SIGUSR1, SIGUSR2 and SIGXCPU act as SIGTERM: batch systems send them before a time limit, mpirun
/// passes the first two on without killing the processes a second later, and the kernel sends SIGXCPU (again every
/// second, which ends nothing) at the soft limit of CPU time. SIGPIPE is ignored, so that a write fails instead.
void install_stop_signals();
/// Ignores the same signals, for ranks other than 0, which stop when rank 0 requests it.
void ignore_stop_signals();
/// SIGINT or SIGTERM if one requested a stop, otherwise 0.
int stop_signal();

}  // namespace inforelay
