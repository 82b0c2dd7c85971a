/** The Intel Data Streaming Accelerator: registers, queues, engines and operations. */
@NullMarked
package dev.adit.devices.dsa;

import org.jspecify.annotations.NullMarked;
