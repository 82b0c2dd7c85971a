/**
 * Intel's In-Memory Analytics Accelerator: registers, queues and engines are those of DSA ({@link
 * dev.adit.devices.dsa}); here is what its descriptors ask for, which is to compress and to
 * decompress. docs/reference/iaa.md says what is modelled and where it is written.
 */
package dev.adit.devices.iaa;
