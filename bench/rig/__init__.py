"""What a benchmark needs round the measured process: simulated servers, a receiver, a look at CPU and memory."""
