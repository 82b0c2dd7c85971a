/**
 * The control plane: the configuration of a server, definitions of virtual devices and where they
 * are kept, the control socket with its verbs, the log of events and the metrics.
 *
 * <p>Two axes: a device is <em>defined</em> while its file is in the state folder, and
 * <em>active</em> while it is served. Neither needs the other.
 */
package dev.adit.host.control;
