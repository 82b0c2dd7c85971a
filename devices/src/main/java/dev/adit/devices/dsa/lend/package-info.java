/**
 * What lends the work queues of a DSA to virtual devices: the family as the platform knows it, the
 * physical function in its driver's hands, and queues whole or in parts.
 */
package dev.adit.devices.dsa.lend;
