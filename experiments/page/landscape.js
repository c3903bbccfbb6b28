// landscape
