import { createLink } from '@tanstack/react-router'
import { Button } from 'antd'

/** A way to another page that looks like a button: opened in a new tab it is a link. */
export const LinkButton = createLink(Button)
