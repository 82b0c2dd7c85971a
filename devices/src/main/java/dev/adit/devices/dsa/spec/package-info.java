/**
 * Layouts and numbers of the Intel Data Streaming Accelerator: what its architecture specification
 * (341204-006US, revision 3.0) says about descriptors and completion records, and nothing about
 * behaviour.
 */
@NullMarked
package dev.adit.devices.dsa.spec;

import org.jspecify.annotations.NullMarked;
